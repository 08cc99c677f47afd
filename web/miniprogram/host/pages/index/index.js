/** How a host opens the plugin: the ticket comes from the host's own server. */
Page({
  data: { ticket: '', result: '' },
  onTicket({ detail }) {
    this.setData({ ticket: detail.value });
  },
  onOpen() {
    let channel = null;
    wx.navigateTo({
      url: `plugin://qyssdk-plugin/doc?ticket=${encodeURIComponent(this.data.ticket)}&env=cn&hasCb=true`,
      events: {
        signSuccessCb: () => {
          this.setData({ result: '签署成功' });
          channel.emit('jumpTo');
        },
      },
      success: ({ eventChannel }) => {
        channel = eventChannel;
      },
    });
  },
});
