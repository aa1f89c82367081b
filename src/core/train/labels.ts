/** Target distributions [n, classes] with label smoothing (Szegedy et al., 2016): 1 − s on the label, s spread over all classes. */
export function smoothLabels(labels: ArrayLike<number>, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes)
  for (let index = 0; index < labels.length; index++) targets[index * classes + labels[index]!]! += 1 - smoothing
  return targets
}
