/** So many images of training have to agree before it counts as collapsed. */
const watchedSamples = 512

/** A network has collapsed when this share is left of what it knew beyond a blind guess. */
const remainder = 0.1

/** What a network has to know beyond a blind guess before anything of it can be lost. */
const leastKnown = 0.1

/** As has one with a mean loss above this multiple of a blind guess' loss, ln(classes). */
const lostLoss = 10

/** Notices a network that has lost what it knew: rounding and clipping keep its loss finite. */
export interface CollapseWatch {
  /** Images that the verdict is about. */
  readonly samples: number
  /** Means over some images. */
  add(accuracy: number, loss: number, samples: number): void
  collapsed(): boolean
}

/** `start`: the accuracy of a network that is trained already; undefined switches the watch off. */
export function createCollapseWatch(start: number | undefined, classes: number): CollapseWatch {
  let recent: readonly { readonly accuracy: number; readonly loss: number; readonly samples: number }[] = []
  const chance = 1 / classes
  const total = (): number => recent.reduce((sum, { samples }) => sum + samples, 0)
  return {
    get samples() {
      return total()
    },
    add: (accuracy, loss, samples) => {
      recent = [...recent, { accuracy, loss, samples }]
      while (total() - recent[0]!.samples >= watchedSamples) recent = recent.slice(1)
    },
    collapsed: () => {
      if (start === undefined || start - chance < leastKnown || total() < watchedSamples) return false
      const mean = (of: 'accuracy' | 'loss'): number =>
        recent.reduce((sum, entry) => sum + entry[of] * entry.samples, 0) / total()
      return mean('accuracy') - chance < remainder * (start - chance) || mean('loss') > lostLoss * Math.log(classes)
    },
  }
}
