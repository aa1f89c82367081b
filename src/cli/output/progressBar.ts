import type { Progress } from '../../shared/types'
import { printable, printableLine } from '../../shared/printable'
import { bytes, duration, figure, integer } from './format'

export interface ProgressDisplay {
  show(progress: Progress): void
  /** Prints a line above the bar. */
  note(text: string): void
  /** Leaves the last state as an ordinary line. */
  end(): void
}

interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A bar on a terminal; elsewhere, one line per kind of work and an occasional one in between. */
export function createProgressDisplay(stream: Terminal = process.stderr): ProgressDisplay {
  const { show, note, end } = stream.isTTY ? terminalDisplay(stream) : lineDisplay(stream)
  // Labels name files and notes name classes, which somebody else may have named.
  return {
    show: (progress) => show({ ...progress, label: printableLine(progress.label) }),
    note: (text) => note(printable(text)),
    end,
  }
}

const barWidth = 24
/** For terminals that report no width, or 0. */
const fallbackColumns = 80
const shareDone = ({ done, total }: Progress): number => (total ? Math.min(1, done / total) : 0)

function bar(progress: Progress): string {
  const filled = Math.round(shareDone(progress) * barWidth)
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
}

function counts({ done, total, unit }: Progress): string {
  if (unit === 'bytes') return total === undefined ? bytes(done) : `${bytes(done)} of ${bytes(total)}`
  const amount = total === undefined ? integer(done) : `${integer(done)}/${integer(total)}`
  return unit ? `${amount} ${unit}` : amount
}

const figures = ({ figures: values = {} }: Progress): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join('  ')

function describe(progress: Progress): string {
  const eta =
    progress.etaSeconds === undefined || !Number.isFinite(progress.etaSeconds)
      ? ''
      : `${duration(progress.etaSeconds)} left`
  return [progress.total === undefined && progress.done === 0 ? '' : counts(progress), figures(progress), eta]
    .filter(Boolean)
    .join('  ')
}

function terminalDisplay(stream: Terminal): ProgressDisplay {
  const clear = '\r\u001b[2K'
  let last: Progress | undefined
  const draw = (progress: Progress): string => {
    const text = `${progress.label.padEnd(22)} ${progress.total === undefined ? '' : `${bar(progress)} `}${describe(progress)}`
    return text.slice(0, (stream.columns || fallbackColumns) - 1)
  }
  return {
    show: (progress) => {
      if (last && last.label !== progress.label) stream.write(`${clear}${draw({ ...last, etaSeconds: undefined })}\n`)
      last = progress
      stream.write(`${clear}${draw(progress)}`)
    },
    note: (text) => {
      stream.write(`${clear}${text}\n`)
      if (last) stream.write(draw(last))
    },
    end: () => {
      if (last) stream.write(`${clear}${draw({ ...last, etaSeconds: undefined })}\n`)
      last = undefined
    },
  }
}

const lineEveryMs = 10_000

function lineDisplay(stream: Terminal): ProgressDisplay {
  let [label, writtenAt]: [string | undefined, number] = [undefined, 0]
  return {
    show: (progress) => {
      if (progress.label === label && Date.now() - writtenAt < lineEveryMs) return
      ;[label, writtenAt] = [progress.label, Date.now()]
      stream.write(`${progress.label}: ${describe(progress) || '…'}\n`)
    },
    note: (text) => void stream.write(`${text}\n`),
    end: () => (label = undefined),
  }
}
