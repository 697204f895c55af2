import { createAnalysis } from '@vectrade/browser'
import { addressStorage } from './address-storage.ts'
import { createAnnouncer } from './announcer.ts'
import { client } from './client.ts'
import { followEnd, scrollToEnd } from './follow-end.ts'
import { perFrame } from './per-frame.ts'
import { PricePanel } from './prices/price-panel.ts'
import { isRunning, TurnMaker } from './turn.ts'
import { TurnView } from './turn-view.ts'

const form = find<HTMLFormElement>('composer')
const prompt = find<HTMLTextAreaElement>('prompt')
const length = find('length')
/** The most characters of a question: the server's `maxPromptLength`. */
const longestQuestion = 10_000
const announce = createAnnouncer(find('announcements'))
const prices = new PricePanel(find('prices'), client)
let turns = new TurnMaker(false)
/** Shows the newest snapshot of the answer. */
let show = (): void => {}

const analysis = createAnalysis(client, {
  storage: addressStorage,
  onEvent: (event) => turns.take(event),
})
analysis.subscribe(() => show())

/** Asks a question, and shows it with its answer. */
function ask(question: string): Promise<void> {
  return follow(() => analysis.ask(question), false)
}

/** Resumes the answer that the address names, if any. Nothing new is asked. */
function resume(): Promise<void> {
  return follow(analysis.resume, true)
}

/** Calls `begin`, and shows the question and answer that it begins. Does nothing while an answer is being written. */
async function follow(begin: () => Promise<void>, isResumed: boolean): Promise<void> {
  if (isRunning(analysis.getSnapshot())) return
  // The next snapshots are not of the previous answer, so its view must not show them.
  show = () => {}
  const ended = begin()
  const { question, status, partial } = analysis.getSnapshot()
  if (!isRunning({ status })) return
  // If a lost answer continues, its turns already have the events so far.
  if (!partial) turns = new TurnMaker(isResumed)
  // Only the tab that asked the question knows it.
  const onRetry = question === '' ? undefined : () => void ask(question)
  const view = new TurnView(question || 'Asked in another tab', announce, onRetry)
  let turn = turns.turn(analysis.getSnapshot())
  const update = perFrame(() => followEnd(() => view.update(turn)))
  find('conversation').append(view.element)
  // At once, not with the next frame: a screen reader must hear of the question before the answer.
  view.update(turn)
  enter('answering', view)
  prices.follow(turn.symbols)
  show = () => {
    const { symbols } = turn
    turn = turns.turn(analysis.getSnapshot())
    if (turn.symbols !== symbols) prices.follow(turn.symbols)
    update()
  }
  await ended
  // After a stop, the end takes a moment. The reader may have asked another question by then.
  if (!isRunning(analysis.getSnapshot())) enter('ready', view)
  // A refused question goes back into the field to be changed, unless the reader has begun another one.
  if (turn.problem?.canRetry === false && prompt.value === '') setPrompt(question)
}

/** Sets the state of the page. The style sheet shows the buttons for it. */
function enter(state: 'answering' | 'ready', view: TurnView): void {
  document.body.dataset['state'] = state
  // If the focused button has disappeared, the focus moves to the answer.
  if (document.activeElement?.checkVisibility() === false) {
    view.element.focus({ preventScroll: true })
  }
  if (state === 'answering') scrollToEnd()
}

function find<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E
}

function setPrompt(text: string): void {
  prompt.value = text
  showLength()
}

/** Shows how long a question may be, once it is nearly that long. */
function showLength(): void {
  const characters = prompt.value.trim().length
  const isOver = characters > longestQuestion
  length.hidden = characters < longestQuestion * 0.9
  length.textContent = isOver
    ? `The question has ${inDigits(characters)} characters: shorten it to ${inDigits(longestQuestion)}.`
    : `${inDigits(characters)} of ${inDigits(longestQuestion)} characters`
  prompt.ariaInvalid = String(isOver)
}

function inDigits(count: number): string {
  return count.toLocaleString('en')
}

prompt.addEventListener('input', showLength)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const question = prompt.value.trim()
  if (question === '' || isRunning(analysis.getSnapshot())) return prompt.focus()
  if (question.length > longestQuestion) {
    announce(length.textContent)
    return prompt.focus()
  }
  setPrompt('')
  // Without focus, the keyboard of a phone closes and makes room for the answer.
  if (matchMedia('(hover: none)').matches) prompt.blur()
  void ask(question)
})

prompt.addEventListener('keydown', (event) => {
  // Enter also accepts what an input method proposes.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  // Safari sends the Enter that ends a composition with `isComposing: false`.
  if (event.keyCode === 229) return
  event.preventDefault()
  form.requestSubmit()
})

document.addEventListener('keydown', ({ key, isComposing }) => {
  // Stopping a failed answer would end it on the server, although it may still be resumed.
  const isStop = key === 'Escape' && !isComposing && isRunning(analysis.getSnapshot())
  if (isStop) void analysis.stop()
})
find('stop').addEventListener('click', ({ detail }) => {
  // The second click of a double click on Ask must not stop the answer.
  if (detail < 2) void analysis.stop()
})

for (const example of document.querySelectorAll('#examples button')) {
  example.addEventListener('click', () => void ask(example.textContent.trim()))
}

addEventListener('hashchange', resume)
void resume()
