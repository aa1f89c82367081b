// What packages bring and the program never reads at run time: paths below node_modules, with '/'.
const patterns = [
  // For debuggers and compilers.
  /\.(map|[cm]?ts|h|tsbuildinfo)$/,
  // Node's package: only its binary and its licence are used.
  /^node-(bin-)?[^/]+\/(include|share|lib)\//,
  // Other builds of tfjs; Node takes tf-*.node.js.
  /^@tensorflow\/.*\/(miniprogram\/|tf-[^/]+\.(es2017|fesm|min)\.)/,
  // Binaries for Bare, another runtime.
  /^bare-[^/]+\/prebuilds\//,
]

/** onnxruntime's package and Dawn's carry the binaries of every system, in a folder named after it. */
const systems = [
  /^onnxruntime-node\/bin\/[^/]+\/(?<platform>[^/]+)\/(?<arch>[^/]+)\//,
  /^webgpu\/dist\/(?<platform>[^/-]+)-(?<arch>[^/]+)\//,
]
const isOwn = ({ platform, arch }, own) => platform === own.platform && [own.arch, 'universal'].includes(arch)

/** Whether a file of node_modules is for this system and read at run time. */
export function isNeeded(path, own = process) {
  const foreign = systems.map((system) => system.exec(path)?.groups).find(Boolean)
  return !patterns.some((pattern) => pattern.test(path)) && (!foreign || isOwn(foreign, own))
}
