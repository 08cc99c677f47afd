/* What old libraries do to a page, and what an eavesdropper would: everything that passes is kept in `overheard`. */
(function () {
  'use strict';
  var overheard = (window.overheard = []);
  var keep = function (what) {
    try {
      overheard.push(typeof what === 'string' ? what : String(what) + ' ' + Object.keys(Object(what)).join());
    } catch {
      overheard.push('?');
    }
  };
  // Prototype.js and friends.
  Array.prototype.toJSON = function () {
    return '"spoilt"';
  };
  Object.prototype.spoilt = function () {
    return this;
  };
  Object.prototype.toJSON = undefined;
  window.$ = window.jQuery = function () {};
  window.Vue = { version: '1.0.0' };
  window.process = { env: {} };
  window.module = { exports: {} };
  window.exports = window.module.exports;
  window.define = function () {
    throw new Error('define was called');
  };
  window.define.amd = {};
  window.qishuPdf = window.pdfjsLib = 'taken';
  // An eavesdropper.
  var stringify = JSON.stringify;
  var listen = function (owner, name) {
    var real = owner[name];
    owner[name] = function () {
      for (var index = 0; index < arguments.length; index += 1) {
        var value = arguments[index];
        keep(typeof value === 'object' && value !== null && value.constructor === Object ? real_text(value) : value);
      }
      return real.apply(this, arguments);
    };
  };
  var real_text = function (value) {
    try {
      return stringify(value);
    } catch {
      return '?';
    }
  };
  listen(window, 'fetch');
  listen(JSON, 'stringify');
  listen(JSON, 'parse');
  listen(window, 'btoa');
  listen(window, 'atob');
  listen(window, 'postMessage');
  listen(MessagePort.prototype, 'postMessage');
  listen(XMLHttpRequest.prototype, 'open');
  listen(XMLHttpRequest.prototype, 'send');
  listen(String.prototype, 'replace');
  listen(FormData.prototype, 'append');
  ['message', 'keydown', 'keyup', 'keypress', 'input', 'change', 'paste'].forEach(function (name) {
    window.addEventListener(
      name,
      function (event) {
        keep(name + ' ' + event.key + ' ' + real_text(event.data));
      },
      true,
    );
  });
  // Looks into every frame there is, again and again.
  setInterval(function () {
    var frames = document.querySelectorAll('iframe');
    for (var index = 0; index < frames.length; index += 1) {
      try {
        keep('frame ' + frames[index].contentDocument.documentElement.outerHTML);
      } catch {
        // Another origin.
      }
    }
  }, 50);
})();
