import { copyText } from '../transport/copyText'
import { useEngine } from '../stores/engine'

/** Copies what a report of a fault needs: all that the engine knows or, while there is none, why it is gone. */
export function useDiagnostics(): () => Promise<void> {
  const engine = useEngine()
  const own = (): string =>
    [
      `page: ${navigator.userAgent}`,
      `engine: ${engine.state}${engine.lostBecause === undefined ? '' : `, ${engine.lostBecause}`}`,
      ...(engine.failedBecause === undefined ? [] : [`cannot start: ${engine.failedBecause}`]),
    ].join('\n')
  return async () => {
    const known = engine.isOpen ? (await engine.call('system.diagnostics', {})).text : ''
    await copyText([own(), known].filter(Boolean).join('\n'))
  }
}
