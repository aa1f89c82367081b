// What a Linux desktop reads of a program: its entry, its file types, its icons.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { fileTypes } from '../../../packaging/fileTypes.mjs'
import { manifest, productName, root } from '../folders.mjs'

export const commandName = 'nnopt-studio'
const iconSizes = [16, 24, 32, 48, 64, 128, 256, 512]
const icon = join(root, 'packaging', 'icon.png')

export const desktopEntry = () => `[Desktop Entry]
Type=Application
Name=${productName}
GenericName=Model optimizer
Comment=${manifest.description}
Exec=${commandName} %F
Icon=${commandName}
Terminal=false
StartupNotify=true
StartupWMClass=${productName}
Categories=Development;Science;
Keywords=ONNX;quantize;prune;int8;neural network;
MimeType=${fileTypes.map(({ mimeType }) => `${mimeType};`).join('')}
`

const mimeTypes = () => `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
${fileTypes
  .map(
    ({ extension, mimeType, name }) => `  <mime-type type="${mimeType}">
    <comment>${name}</comment>
    <glob pattern="*.${extension}"/>
  </mime-type>`,
  )
  .join('\n')}
</mime-info>
`

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

export const iconOf = (size) => sharp(icon).resize(size, size).png().toBuffer()

/** Writes them below a folder that stands for '/usr/share'. */
export async function writeDesktopFiles(share) {
  write(join(share, 'applications', `${commandName}.desktop`), desktopEntry())
  write(join(share, 'mime', 'packages', `${commandName}.xml`), mimeTypes())
  for (const size of iconSizes)
    write(join(share, 'icons', 'hicolor', `${size}x${size}`, 'apps', `${commandName}.png`), await iconOf(size))
}
