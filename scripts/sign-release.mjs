// Describes the installers of a folder in latest.json and signs it: 'node scripts/sign-release.mjs FOLDER'. NNOPT_RELEASE_KEY is the Ed25519 private key (PEM).
// Make a key with 'openssl genpkey -algorithm ed25519'; the public half goes into the builds as NNOPT_UPDATE_KEY.
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifest } from './package/folders.mjs'

const platforms = { '.deb': 'linux', '.AppImage': 'linux', '.dmg': 'darwin', '.exe': 'win32' }
const extensionOf = (name) => Object.keys(platforms).find((extension) => name.endsWith(extension))

const [folder] = process.argv.slice(2)
const key = process.env.NNOPT_RELEASE_KEY
if (!folder || !key) throw new Error('expected a folder of installers, and $NNOPT_RELEASE_KEY')

const files = readdirSync(folder)
  .filter(extensionOf)
  .map((name) => {
    const bytes = readFileSync(join(folder, name))
    const sha512 = createHash('sha512').update(bytes).digest('hex')
    const arch = /arm64|aarch64/.test(name) ? 'arm64' : 'x64'
    return { name, platform: platforms[extensionOf(name)], arch, sizeBytes: bytes.length, sha512 }
  })
const text = Buffer.from(`${JSON.stringify({ version: manifest.version, files }, null, 2)}\n`)
writeFileSync(join(folder, 'latest.json'), text)
writeFileSync(join(folder, 'latest.json.sig'), sign(null, text, createPrivateKey(key)))
