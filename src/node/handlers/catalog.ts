import type { Handlers } from '../../shared/contract'
import { schemaOf } from './schemaOf'

type CatalogHandlers = Pick<Handlers, 'catalog.get'>

export const catalogHandlers: CatalogHandlers = {
  'catalog.get': async () => {
    const [{ steps }, { architectures }, { observers }, { optimizers }, { schedules }, { transforms }] =
      await Promise.all([
        import('../jobs/steps/index'),
        import('../../core/architectures/index'),
        import('../../core/quantize/observers/index'),
        import('../../core/train/optimizers/index'),
        import('../../core/train/schedules/index'),
        import('../../core/data/transforms/index'),
      ])
    return {
      steps: steps.list().map(({ id, label, params }) => ({ id, label, schema: schemaOf(params) })),
      architectures: architectures.list().map(({ id, label, params }) => ({ id, label, schema: schemaOf(params) })),
      observers: observers.list().map(({ id, label, help }) => ({ id, label, help })),
      optimizers: optimizers.ids,
      schedules: schedules.ids,
      transforms: transforms
        .list()
        .map(({ id, label, help, params }) => ({ id, label, help, schema: schemaOf(params) })),
    }
  },
}
