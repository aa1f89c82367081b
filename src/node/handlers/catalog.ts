import type { Handlers } from '../../shared/contract'

type CatalogHandlers = Pick<Handlers, 'catalog.get'>

export const catalogHandlers: CatalogHandlers = {
  'catalog.get': async () => (await import('../catalog')).readCatalog(),
}
