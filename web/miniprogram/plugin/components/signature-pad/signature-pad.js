/** A signature drawn with a finger: dark lines on a transparent ground. Tells `drawn` with the PNG in Base64. */
Component({
  properties: { hint: String, clearText: String, nextText: String },
  data: { isEmpty: true },
  lifetimes: {
    ready() {
      this.createSelectorQuery()
        .select('.pad__canvas')
        .fields({ node: true, size: true })
        .exec(([found]) => this.prepare(found));
    },
  },
  methods: {
    prepare(found) {
      if (!found || !found.node) return;
      const ratio = wx.getWindowInfo().pixelRatio;
      this.canvas = found.node;
      this.canvas.width = found.width * ratio;
      this.canvas.height = found.height * ratio;
      this.pen = this.canvas.getContext('2d');
      this.pen.scale(ratio, ratio);
      Object.assign(this.pen, { lineWidth: 4, lineCap: 'round', lineJoin: 'round', strokeStyle: '#000000' });
    },
    onStart({ touches: [touch] }) {
      if (!this.pen) return;
      this.pen.beginPath();
      this.pen.moveTo(touch.x, touch.y);
    },
    onMove({ touches: [touch] }) {
      if (!this.pen) return;
      this.pen.lineTo(touch.x, touch.y);
      this.pen.stroke();
      if (this.data.isEmpty) this.setData({ isEmpty: false });
    },
    onEnd() {},
    clear() {
      if (this.pen) this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
      this.setData({ isEmpty: true });
    },
    onNext() {
      if (this.data.isEmpty) return;
      const png = this.canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
      this.triggerEvent('drawn', { png });
    },
  },
});
