/** Real time of a short job, started and ended. */
const jobMs = 900

/** A module that makes the wall clock run faster; timers keep to real time. */
const fastClock = (factor: number, startMs: number): string => `
const RealDate = Date
const fast = () => ${startMs} + (RealDate.now() - ${startMs}) * ${factor}
globalThis.Date = class extends RealDate {
  constructor(...args) { args.length === 0 ? super(fast()) : super(...args) }
  static now() { return fast() }
}`

/** The environment of a server, and of all that it starts, in which so many jobs take so many hours. */
export function clockEnvironment(jobs: number, hours: number): NodeJS.ProcessEnv {
  const factor = Math.max(1, (hours * 3_600_000) / (jobs * jobMs))
  const module = `data:text/javascript,${encodeURIComponent(fastClock(factor, Date.now()))}`
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import "${module}"`.trim() }
}
