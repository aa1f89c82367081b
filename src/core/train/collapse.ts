/** So many images of training have to agree before it counts as collapsed. */
const watchedSamples = 512

/** An accuracy below this multiple of 1 / classes is that of a blind guess. */
const nearChance = 1.5

/** As has a mean loss above this multiple of a blind guess' loss, ln(classes). */
const lostLoss = 10

/** Notices a network that has lost what it knew: rounding and clipping keep its loss finite. */
export interface CollapseWatch {
  /** Images that the verdict is about. */
  readonly samples: number
  /** Means over some images. */
  add(accuracy: number, loss: number, samples: number): void
  collapsed(): boolean
}

/** `isOn`: for a network that is trained already; one at its start knows nothing yet. */
export function createCollapseWatch(isOn: boolean, classes: number): CollapseWatch {
  let recent: readonly { readonly accuracy: number; readonly loss: number; readonly samples: number }[] = []
  const total = (): number => recent.reduce((sum, { samples }) => sum + samples, 0)
  return {
    get samples() {
      return total()
    },
    add: (accuracy, loss, samples) => {
      recent = [...recent, { accuracy, loss, samples }]
      while (total() - recent[0].samples >= watchedSamples) recent = recent.slice(1)
    },
    collapsed: () => {
      if (!isOn || total() < watchedSamples) return false
      const mean = (of: 'accuracy' | 'loss'): number => recent.reduce((sum, entry) => sum + entry[of] * entry.samples, 0) / total()
      return mean('accuracy') < nearChance / classes || mean('loss') > lostLoss * Math.log(classes)
    },
  }
}
