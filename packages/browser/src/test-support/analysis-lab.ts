import { afterEach, beforeEach, expect, vi } from 'vitest'
import { type AnalysisSnapshot, type AnalysisStore, createAnalysis } from '../index.ts'
import { memoryStorage } from './memory-storage.ts'
import { ScriptedEndpoint } from './scripted-endpoint.ts'
import { until } from './until.ts'

/** An endpoint that the test controls, and the storage of a page. */
export class AnalysisLab {
  endpoint: ScriptedEndpoint = new ScriptedEndpoint()
  storage: ReturnType<typeof memoryStorage> = memoryStorage()

  /** The name of the note in the storage. */
  get noteKey(): string {
    return `vectrade.analysis ${this.endpoint.url}`
  }

  create(): AnalysisStore {
    return createAnalysis(this.endpoint.client(), { storage: this.storage })
  }

  /** Asks, and waits until some text of the answer is shown. */
  async begin(
    store: AnalysisStore,
    { text = 'Bull', count = this.endpoint.answers.length }: { text?: string; count?: number } = {},
  ): Promise<void> {
    void store.ask('Bull case?')
    const answer = await this.endpoint.at(count)
    answer.text(text)
    await until(() => expect(store.getSnapshot().text).toBe(text))
  }

  /** Asks, and loses the connection of the answer for good. The endpoint can then be reached again. */
  async beginAndLose(store: AnalysisStore): Promise<void> {
    // Without pauses between the attempts.
    vi.spyOn(Math, 'random').mockReturnValue(0)
    await this.begin(store)
    this.endpoint.goDown()
    await until(() => expect(store.getSnapshot().status).toBe('failed'))
    this.endpoint.isDown = false
  }
}

/** A new endpoint and a new storage for each test. */
export function useAnalysisLab(): AnalysisLab {
  const lab = new AnalysisLab()
  beforeEach(() => void Object.assign(lab, new AnalysisLab()))
  afterEach(() => void vi.restoreAllMocks())
  return lab
}

/** Records each snapshot that is published from now on. */
export function record({ subscribe, getSnapshot }: AnalysisStore): AnalysisSnapshot[] {
  const snapshots: AnalysisSnapshot[] = []
  subscribe(() => snapshots.push(getSnapshot()))
  return snapshots
}
