/**
 * The host mini-program and its event channel. With `hasCb=true` the host hears `signSuccessCb`, `authSuccessCb` and
 * `authFailCb`, and answers each with `jumpTo`: an address to go to with events for that page, or nothing to go back. Without
 * `hasCb` the plugin goes back by itself.
 */
class Host {
  constructor(wx, channel, hasCb) {
    this.wx = wx;
    this.channel = channel;
    this.hasCb = hasCb;
    if (hasCb) channel.on('jumpTo', (url, callbacks) => this.jump(url, callbacks));
  }

  tell(event) {
    if (this.hasCb) this.channel.emit(event);
    else this.jump();
  }

  jump(url, callbacks) {
    if (!url) {
      this.wx.navigateBack({ delta: 1 });
      return;
    }
    const events = {};
    let opened = null;
    for (const [name, callback] of Object.entries(callbacks || {})) {
      // Handlers of the next page get the channel of that page, to answer with `jumpTo` again.
      if (typeof callback === 'function') events[name] = (...values) => callback(opened, ...values);
    }
    this.wx.navigateTo({
      url,
      events,
      success: ({ eventChannel }) => {
        opened = eventChannel;
      },
    });
  }
}

module.exports = { Host };
