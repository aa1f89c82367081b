/** What a caller may do: look on, work in the workspace, or all that the person who runs the program may. */
export const rights = ['look', 'work', 'own'] as const
export type Rights = (typeof rights)[number]

/** Who speaks through a port. */
export interface Caller {
  /** As the owner called the token. */
  readonly name: string
  readonly rights: Rights
}

/** The person at this machine: the desktop's own window and the command line. */
export const owner: Caller = { name: 'owner', rights: 'own' }
