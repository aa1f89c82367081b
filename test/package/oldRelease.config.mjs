// The installers' configuration for an Electron whose fuse wire is shorter.
import config, { fuses } from '../../packaging/electron-builder.config.mjs'

const { grantFileProtocolExtraPrivileges: _newer, ...known } = fuses

export default { ...config, electronFuses: known }
