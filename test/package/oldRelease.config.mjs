// The installers' configuration for an Electron whose fuse wire is shorter.
import config, { fuses } from '../../packaging/electron-builder.config.mjs'

const known = Object.entries(fuses).filter(([name]) => name !== 'grantFileProtocolExtraPrivileges')

export default { ...config, electronFuses: Object.fromEntries(known) }
