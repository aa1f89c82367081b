// What an Electron before 29 lacks, before the program's own main process runs.
const { app, utilityProcess } = require('electron')
const { join } = require('node:path')

app.on('web-contents-created', (_event, { mainFrame }) => {
  Object.getPrototypeOf(mainFrame).isDestroyed ??= function () {
    try {
      return !this.url && this.processId < 0
    } catch {
      return true
    }
  }
})

// Its utility process has no node:sqlite: a relay runs there, and the engine's host on plain Node.
const { fork } = utilityProcess
utilityProcess.fork = (file, args, options) => fork(join(__dirname, 'relay.cjs'), [file, ...args], options)

require('./out/main/index.cjs')
