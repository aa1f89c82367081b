/** An object that behaves as another but for some of its members; the rest stays bound to the other. */
export const overridden = <T extends object>(target: T, changes: Partial<T>): T =>
  new Proxy(target, {
    get: (_, key) => {
      const owner = key in changes ? changes : target
      const value: unknown = Reflect.get(owner, key)
      return typeof value === 'function' ? value.bind(owner) : value
    },
  })
