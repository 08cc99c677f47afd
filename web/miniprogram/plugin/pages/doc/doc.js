/** `plugin://qyssdk-plugin/doc?ticket=…&env=…&hasCb=true`: a contract, to be read and signed. */
const environments = require('../../lib/environments');
const { PageClient, PageError } = require('../../lib/client');
const { Host } = require('../../lib/host');
const words = require('../../lib/words');

Page({
  data: {
    words: words.of('cn'),
    contract: null,
    documents: [],
    step: 'read',
    canSign: false,
    isRead: false,
    sentTo: '',
    problem: '',
  },

  async onLoad({ ticket, env = 'com', hasCb }) {
    this.host = new Host(wx, this.getOpenerEventChannel(), hasCb === 'true');
    this.read = new Set();
    await this.run(async () => {
      const base = environments[env];
      if (!base) throw new PageError('OTHER');
      this.client = new PageClient(wx, base);
      const opened = await this.client.open(ticket || '');
      this.lang = opened.lang;
      this.setData({ words: words.of(opened.lang) });
      await this.load();
    });
  },

  async load() {
    const page = await this.client.contract();
    this.page = page;
    const step = page.step || {};
    this.setData({ contract: page.contract, documents: page.documents, canSign: step.canSign === true });
    this.markRead();
    if (step.refusalCode && this.data.step !== 'done') this.show(step.refusalCode);
    if (step.canSign && !this.isSupported(page)) {
      this.setData({ canSign: false });
      this.show('UNSUPPORTED');
    }
  },

  /** Seals, approvals, files to hand in and free places are for the full page. */
  isSupported(page) {
    const plain = page.tasks.every((task) => task.needsPicture && !task.needsPlacement);
    const handedIn = (page.attachments || []).every((one) => one.isHandedIn || !one.required);
    return plain && handedIn && !page.fill;
  },

  async onRead({ currentTarget }) {
    const document = this.page.documents[currentTarget.dataset.index];
    await this.run(async () => {
      const filePath = await this.client.file(document);
      await new Promise((resolve, reject) => {
        wx.openDocument({ filePath, fileType: 'pdf', success: resolve, fail: () => reject(new PageError('OTHER')) });
      });
      this.read.add(`${document.id} ${document.revision}`);
      this.markRead();
    });
  },

  /** Whoever signs has opened every document in the revision that is signed. */
  markRead() {
    const isRead = this.page.documents.every(({ id, revision }) => this.read.has(`${id} ${revision}`));
    this.setData({ isRead });
  },

  onSign() {
    if (this.data.isRead) this.setData({ step: 'draw', problem: '' });
  },

  async onDrawn({ detail }) {
    await this.run(async () => {
      this.png = detail.png;
      const { sentTo } = await this.client.requestCode(this.revisions());
      this.setData({ step: 'code', sentTo });
    });
  },

  async onCode({ detail }) {
    await this.run(async () => {
      await this.client.sign({
        revisions: this.revisions(),
        steps: this.page.tasks.map((task) => task.id),
        signature: { pngBase64: this.png },
        saveSignature: false,
        code: detail.code,
      });
      this.png = null;
      this.setData({ step: 'done' });
      await this.load();
      if (!this.data.canSign) this.host.tell('signSuccessCb');
      else this.setData({ step: 'read' });
    });
  },

  onBack() {
    if (!this.host.hasCb) this.host.jump();
  },

  revisions() {
    return this.page.documents.map(({ id, revision }) => ({ documentId: id, revision }));
  },

  async run(work) {
    this.setData({ problem: '' });
    try {
      await work();
    } catch (error) {
      this.show(error.code);
      // What was read is not what is there now: read again.
      if (error.code === 'REVISION_CHANGED') await this.load().catch(() => undefined);
    }
  },

  show(code) {
    this.setData({ problem: words.refusal(this.lang, code) });
  },
});
