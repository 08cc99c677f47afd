/** Six digits of a message. Tells `confirm` with them, and only with six. */
Component({
  properties: { label: String, action: String },
  data: { value: '' },
  methods: {
    onInput(event) {
      this.setData({ value: String(event.detail.value).replace(/\D/g, '').slice(0, 6) });
    },
    onConfirm() {
      if (this.data.value.length !== 6) return;
      this.triggerEvent('confirm', { code: this.data.value });
      // The digits are not kept longer than they are needed.
      this.setData({ value: '' });
    },
  },
});
