import type { ChannelStatistics } from '../../core/quantize/observers/channelStatistics'
import type { CollectorOptions } from '../../core/quantize/observers/collector'
import type { TensorStatistics } from '../../core/quantize/observers/statistics'
import type { ImageBatch, RunResult, SessionInfo } from './messages'

/** An open model inside a worker thread or process. */
export interface Session {
  readonly info: SessionInfo
  run(batch: ImageBatch): Promise<RunResult>
  time(batch: ImageBatch, runs: number): Promise<Float64Array>
  observe(batch: ImageBatch, index: number, collectors: readonly CollectorOptions[]): Promise<number>
  statistics(): readonly TensorStatistics[]
  observeChannels(batch: ImageBatch, values: readonly string[]): Promise<void>
  channelStatistics(): readonly ChannelStatistics[]
  release(): Promise<void>
}
