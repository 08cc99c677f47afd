/* Opens the element as a page would that knows nothing of its surroundings. */
(function () {
  var given = new URLSearchParams(location.search);
  var message = document.getElementById('message');
  new window.qysSdk(given.get('proxy'))
    .personalSign(given.get('contractId'), given.get('contact'), {
      signSuccessCb: function () {
        message.textContent = '签署成功';
        throw new Error('a fault of the page itself');
      },
    })
    .then(function (element) {
      element.style.setProperty('position', 'fixed');
      element.style.setProperty('inset', '0');
      document.body.appendChild(element);
    })
    .catch(function (error) {
      message.textContent = error.message;
    });
})();
