import type { VersionRow } from '../stores/versions'

export interface LineageNode {
  readonly row: VersionRow
  readonly x: number
  readonly y: number
}

export interface LineageEdge {
  readonly from: string
  readonly to: string
}

export interface Lineage {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
}

export const nodeSize = { width: 190, height: 54 } as const
const gap = { x: 56, y: 14 } as const

/**
 * A forest from left to right: each version next to its parent, oldest at the top. Linear in the number of versions.
 * `scale` is the text scale.
 */
export function layOut(rows: readonly VersionRow[], scale = 1): Lineage {
  const known = new Set(rows.map(({ version }) => version.id))
  const children = new Map<string, VersionRow[]>()
  const roots: VersionRow[] = []
  for (const row of [...rows].sort((a, b) => a.version.createdAt.localeCompare(b.version.createdAt))) {
    const parent = row.version.parentId
    if (parent === null || !known.has(parent)) roots.push(row)
    else children.set(parent, [...(children.get(parent) ?? []), row])
  }
  const nodes: LineageNode[] = []
  let free = 0
  const place = (row: VersionRow, depth: number): number => {
    const heights = (children.get(row.version.id) ?? []).map((child) => place(child, depth + 1))
    const y =
      heights.length > 0 ? (heights[0]! + heights[heights.length - 1]!) / 2 : free++ * (nodeSize.height + gap.y) * scale
    nodes.push({ row, x: depth * (nodeSize.width + gap.x) * scale, y })
    return y
  }
  for (const root of roots) place(root, 0)
  return {
    nodes,
    edges: nodes.flatMap(({ row: { version } }) =>
      version.parentId !== null && known.has(version.parentId) ? [{ from: version.parentId, to: version.id }] : [],
    ),
  }
}
