// Electron before 29 has a 'close' event of its own on MessagePort, and its renderer crashes when a page that listens for it is left.
const add = MessagePort.prototype.addEventListener
MessagePort.prototype.addEventListener = function (type, listener, options) {
  const once = { once: true, capture: true }
  if (type === 'close') addEventListener('pagehide', () => this.removeEventListener('close', listener), once)
  if (type === 'close') addEventListener('pagehide', () => this.close(), once)
  return add.call(this, type, listener, options)
}
