// Stands in for Electron's own default_app.asar: 'electron [-r FILE] [SWITCHES] FOLDER [ARGUMENTS]'.
const { app } = require('electron')
const { readFileSync } = require('node:fs')
const { join, resolve } = require('node:path')

const isRequire = (argument) => argument === '-r' || argument === '--require'
const args = process.argv.slice(1)
const at = args.findIndex((argument, index) => !argument.startsWith('-') && !isRequire(args[index - 1]))
if (at < 0) throw new Error('expected the folder of a program among the arguments')

process.defaultApp = true
process.argv.splice(1, at)
args.forEach((argument, index) => isRequire(argument) && require(resolve(args[index + 1])))

const folder = resolve(args[at])
const { name, productName, version, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
app.setVersion(version)
app.setName(productName ?? name)
app.setAppPath(folder)
require(join(folder, main))
