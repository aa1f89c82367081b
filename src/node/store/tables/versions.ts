import { version as versionSchema } from '../../../shared/types'
import type { Version } from '../../../shared/types'
import { rowReader } from './rows'
import type { DamagedRow } from './rows'
import type { DatabaseSync, Row } from './sqlite'
import { text, textOrNull, transaction } from './sqlite'

/** What a person may change, and the columns that searches use; the rest of a version never changes. */
type VersionFacts = Omit<Version, 'id' | 'name' | 'createdAt' | 'deletedAt' | 'parentId' | 'runId' | 'tags' | 'notes'>

type Changeable = Pick<Version, 'name' | 'tags' | 'notes' | 'deletedAt'>

/** What is absent or undefined stays. */
export type VersionChange = { readonly [K in keyof Changeable]?: Changeable[K] | undefined }

export interface VersionTable {
  insert(version: Version): void
  find(id: string): Version | undefined
  /** Newest first. */
  list(deleted: boolean): readonly Version[]
  /** All of a change, or nothing; returns the version as it is then. */
  update(id: string, change: VersionChange): Version | undefined
  remove(id: string): void
  damaged(): readonly DamagedRow[]
  /** Writes the facts of a damaged row again; its measurements stay. */
  mend(version: Version): void
}

function factsOf({
  id: _id,
  name: _name,
  createdAt: _createdAt,
  deletedAt: _deletedAt,
  parentId: _parentId,
  runId: _runId,
  tags: _tags,
  notes: _notes,
  ...facts
}: Version): VersionFacts {
  return facts
}

const reader = rowReader('version', versionSchema, read)

function read(row: Row): Version {
  return {
    id: text(row.id),
    name: text(row.name),
    ...(JSON.parse(text(row.facts)) as VersionFacts),
    createdAt: text(row.created_at),
    deletedAt: textOrNull(row.deleted_at),
    parentId: textOrNull(row.parent_id),
    runId: textOrNull(row.run_id),
    tags: JSON.parse(text(row.tags)) as readonly string[],
    notes: text(row.notes),
  }
}

export function versionTable(database: DatabaseSync): VersionTable {
  const find = (id: string): Version | undefined =>
    reader.one(database.prepare('SELECT * FROM versions WHERE id = ?').get(id))
  return {
    insert: (version) => {
      const { id, name, createdAt, deletedAt, parentId, runId, tags, notes } = version
      database
        .prepare(
          'INSERT INTO versions (id, name, created_at, deleted_at, parent_id, run_id, tags, notes, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          id,
          name,
          createdAt,
          deletedAt,
          parentId,
          runId,
          JSON.stringify(tags),
          notes,
          JSON.stringify(factsOf(version)),
        )
    },
    find,
    list: (deleted) =>
      reader.all(
        database
          .prepare(
            `SELECT * FROM versions WHERE deleted_at IS ${deleted ? 'NOT NULL' : 'NULL'} ORDER BY created_at DESC, id DESC`,
          )
          .all(),
      ),
    update: (id, { name, tags, notes, deletedAt }) =>
      transaction(database, () => {
        if (name !== undefined) database.prepare('UPDATE versions SET name = ? WHERE id = ?').run(name, id)
        if (tags !== undefined)
          database.prepare('UPDATE versions SET tags = ? WHERE id = ?').run(JSON.stringify(tags), id)
        if (notes !== undefined) database.prepare('UPDATE versions SET notes = ? WHERE id = ?').run(notes, id)
        if (deletedAt !== undefined)
          database.prepare('UPDATE versions SET deleted_at = ? WHERE id = ?').run(deletedAt, id)
        return find(id)
      }),
    remove: (id) => void database.prepare('DELETE FROM versions WHERE id = ?').run(id),
    damaged: () => reader.damaged(database.prepare('SELECT * FROM versions').all()),
    mend: (version) =>
      void database
        .prepare(
          "UPDATE versions SET facts = ?, tags = CASE WHEN json_valid(tags) THEN tags ELSE '[]' END WHERE id = ?",
        )
        .run(JSON.stringify(factsOf(version)), version.id),
  }
}
