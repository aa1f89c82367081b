/** So many images of training have to agree before it counts as collapsed. */
const watchedSamples = 512

/** An accuracy below this multiple of 1 / classes is that of a blind guess. */
const nearChance = 1.5

/** Notices a network that has lost what it knew: rounding and clipping keep its loss finite. */
export interface CollapseWatch {
  /** Images that the verdict is about. */
  readonly samples: number
  /** Mean accuracy over some images. */
  add(accuracy: number, samples: number): void
  collapsed(): boolean
}

/** `isOn`: for a network that is trained already; one at its start knows nothing yet. */
export function createCollapseWatch(isOn: boolean, classes: number): CollapseWatch {
  let recent: readonly { readonly accuracy: number; readonly samples: number }[] = []
  const total = (): number => recent.reduce((sum, { samples }) => sum + samples, 0)
  return {
    get samples() {
      return total()
    },
    add: (accuracy, samples) => {
      recent = [...recent, { accuracy, samples }]
      while (total() - recent[0].samples >= watchedSamples) recent = recent.slice(1)
    },
    collapsed: () => {
      const correct = recent.reduce((sum, { accuracy, samples }) => sum + accuracy * samples, 0)
      return isOn && total() >= watchedSamples && correct / total() < nearChance / classes
    },
  }
}
