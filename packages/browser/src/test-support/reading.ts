// Reads a stream in a page and records its progress. See page.ts.
import { type AnalysisStream, type BrowserOptions, VecTrade } from '../index.ts'
import { type ErrorJson, errorToJson } from './perform.ts'

/** The stream to read: a new answer to a prompt, or one to resume. Sent as JSON. */
export interface Begin {
  options: BrowserOptions
  prompt?: string
  resume?: { id: string; lastEventId?: string }
}

export interface Notes {
  id: string
  lastEventId: string
  /** `stream.lastEventId` after each event. */
  ids: string[]
  text: string
  /** Absent while the stream is being read. */
  end?: 'complete' | ErrorJson
}

/** The part of a page's storage that is used here. The DOM's own types clash with Node's types. */
const { sessionStorage: storage } = globalThis as unknown as {
  sessionStorage?: { getItem(key: string): string | null; setItem(key: string, item: string): void }
}

let notes: Notes
let stream: AnalysisStream
let leaving: boolean
let waiting: (() => void)[] = []

export const reading = {
  /** Begins to read. Saves in the page's session what is needed after a reload. */
  begin({ options, prompt, resume }: Begin): void {
    const { ai } = new VecTrade(options)
    stream = resume ? ai.resume(resume.id, resume) : ai.stream(prompt ?? '')
    notes = { id: '', lastEventId: '', ids: [], text: '' }
    leaving = false
    void read(notes, stream)
  },

  /** Waits until this many events have been read or the stream has ended. Returns the notes. */
  async until(events: number): Promise<Notes> {
    while (notes.ids.length < events && notes.end === undefined) {
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    return notes
  },

  now: (): Notes => notes,

  ended: (): Promise<Notes> => reading.until(Infinity),

  /** Returns the saved notes, also those from before a reload. */
  noted: (): Notes => JSON.parse(storage?.getItem('notes') ?? 'null') as Notes,

  stop: (): Promise<void> => stream.stop(),

  /** Stops reading after the next event. */
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
    into.end = errorToJson(error)
  }
  wake()
}

function wake(): void {
  const woken = waiting
  waiting = []
  for (const resolve of woken) resolve()
}
