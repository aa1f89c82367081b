import { schemaOf } from '../../src/node/schemaOf'
import { steps } from '../../src/node/jobs/steps/index'

/** What forms of recipe steps are drawn from. */
export const stepSchemas = steps.list().map(({ id, label, params }) => ({ id, label, schema: schemaOf(params) }))
