import type { Node } from '../graph/graph'
import { noChannel } from './labels'
import type { Labels } from './labels'

/** A node that begins new channels: output channels of a weight. */
export interface Producer {
  readonly node: Node
  /** Channel of each output position. */
  readonly ids: Int32Array
}

/** Collects what rules find: which channels go together, which parameters they index, and which must stay. */
export class ChannelTracker {
  /** Channels of each initializer, by axis. */
  readonly bindings = new Map<string, Map<number, Int32Array>>()
  readonly producers: Producer[] = []
  private readonly parents: number[] = [noChannel]
  private readonly reasons = new Map<number, string>([[noChannel, 'is combined with values that belong to no channel']])
  private readonly values = new Map<string, Labels>()

  fresh(count: number): Int32Array {
    const ids = Int32Array.from({ length: count }, (_, index) => this.parents.length + index)
    for (const id of ids) this.parents.push(id)
    return ids
  }

  /** The channel that stands for all that go together with one. */
  root(id: number): number {
    let root = id
    while (this.parents[root] !== root) root = this.parents[root]!
    for (let at = id; at !== root;) [at, this.parents[at]] = [this.parents[at]!, root]
    return root
  }

  join(first: number, second: number): void {
    const [a, b] = [this.root(first), this.root(second)]
    if (a === b) return
    const [kept, dropped] = a < b ? [a, b] : [b, a]
    this.parents[dropped] = kept
    const reason = this.reasons.get(dropped)
    if (reason !== undefined && !this.reasons.has(kept)) this.reasons.set(kept, reason)
  }

  joinAll(first: Int32Array, second: Int32Array): void {
    first.forEach((id, index) => this.join(id, second[index]!))
  }

  /** Channels that must stay, and why. */
  block(ids: Int32Array, reason: string): void {
    for (const id of new Set(ids)) if (!this.reasons.has(this.root(id))) this.reasons.set(this.root(id), reason)
  }

  /** Why a channel must stay; undefined when it may go. */
  reason(id: number): string | undefined {
    return this.reasons.get(this.root(id))
  }

  /** The slices of an initializer along an axis go with channels; what several nodes read goes together. */
  bind(initializer: string, axis: number, ids: Int32Array): void {
    const axes = this.bindings.get(initializer) ?? new Map<number, Int32Array>()
    const known = axes.get(axis)
    if (known) this.joinAll(known, ids)
    else this.bindings.set(initializer, axes.set(axis, ids))
  }

  labels(value: string): Labels | undefined {
    return this.values.get(value)
  }

  setLabels(value: string, labels: Labels): void {
    this.values.set(value, labels)
  }
}
