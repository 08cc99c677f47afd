// Nothing is offered to the host but pages: see README.md.
module.exports = {};
