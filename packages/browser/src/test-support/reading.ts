// What a page notes while it reads a stream that it may lose: see page.ts.
import { type AnalysisStream, type BrowserOptions, VecTrade } from '../index.ts'
import { type Problem, problemOf } from './perform.ts'

/** What to read: an answer to a prompt, or one that there is. By way of JSON. */
export interface Begin {
  options: BrowserOptions
  prompt?: string
  resume?: { id: string; lastEventId?: string }
}

export interface Notes {
  id: string
  lastEventId: string
  /** `stream.lastEventId` behind each event. */
  ids: string[]
  text: string
  /** Absent while the stream is being read. */
  end?: 'complete' | Problem
}

/** All that is used of a page's storage, for the DOM's types clash with those of Node. */
const { sessionStorage: storage } = globalThis as unknown as {
  sessionStorage?: { getItem(key: string): string | null; setItem(key: string, item: string): void }
}

let notes: Notes
let stream: AnalysisStream
let leaving: boolean
let waiting: (() => void)[] = []

export const reading = {
  /** Begins to read, and notes in the page's session what a reload needs. */
  begin({ options, prompt, resume }: Begin): void {
    const { ai } = new VecTrade(options)
    stream = resume ? ai.resume(resume.id, resume) : ai.stream(prompt ?? '')
    notes = { id: '', lastEventId: '', ids: [], text: '' }
    leaving = false
    void read(notes, stream)
  },

  /** Resolves with what there is once there are so many events, or no more to come. */
  async until(events: number): Promise<Notes> {
    while (notes.ids.length < events && notes.end === undefined) {
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    return notes
  },

  now: (): Notes => notes,

  ended: (): Promise<Notes> => reading.until(Infinity),

  /** What the page had noted, be it before a reload. */
  noted: (): Notes => JSON.parse(storage?.getItem('notes') ?? 'null') as Notes,

  stop: (): Promise<void> => stream.stop(),

  /** Leaves with the next event. */
  leave(): Promise<Notes> {
    leaving = true
    return reading.ended()
  },
}

async function read(into: Notes, from: AnalysisStream): Promise<void> {
  try {
    for await (const { content } of from) {
      into.id = from.id ?? ''
      into.lastEventId = from.lastEventId
      into.ids.push(from.lastEventId)
      into.text += content
      storage?.setItem('notes', JSON.stringify(into))
      wake()
      if (leaving) break
    }
    into.end = 'complete'
  } catch (error) {
    into.end = problemOf(error)
  }
  wake()
}

function wake(): void {
  const woken = waiting
  waiting = []
  for (const resolve of woken) resolve()
}
