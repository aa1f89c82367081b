/** What a caller may do: look only, work in the workspace, or everything the person who runs the program may do. */
export const rights = ['look', 'work', 'own'] as const
export type Rights = (typeof rights)[number]

/** Who is at the other end of a port. */
export interface Caller {
  /** The name the owner gave the token. */
  readonly name: string
  readonly rights: Rights
}

/** The person at this machine: the desktop window and the command line. */
export const owner: Caller = { name: 'owner', rights: 'own' }

export const mayDo = (caller: Caller, required: Rights): boolean =>
  rights.indexOf(caller.rights) >= rights.indexOf(required)
