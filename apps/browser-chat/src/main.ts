import { createAnnouncer } from './announcer.ts'
import { answer } from './answer.ts'
import { client } from './client.ts'
import { followEnd, scrollToEnd } from './follow-end.ts'
import { perFrame } from './per-frame.ts'
import { PricePanel } from './prices/price-panel.ts'
import { forgetAnswer, noteAnswer, notedAnswer } from './resumable-answer.ts'
import { newTurn } from './turn.ts'
import { TurnView } from './turn-view.ts'

const form = find<HTMLFormElement>('composer')
const prompt = find<HTMLTextAreaElement>('prompt')
const length = find('length')
/** The most characters of a question: the server's `maxPromptLength`. */
const longestQuestion = 10_000
const announce = createAnnouncer(find('announcements'))
const prices = new PricePanel(find('prices'), client)
/** Aborting it stops the answer that is being written. Undefined while there is none. */
let running: AbortController | undefined

/**
 * Shows a question and its answer.
 *
 * @param asked the question; undefined if another tab asked it
 * @param resumed the id of a stream; its answer is resumed, and nothing new is asked
 */
async function ask(asked: string | undefined, resumed?: string): Promise<void> {
  if (running !== undefined) return
  const { signal } = (running = new AbortController())
  const question = asked ?? 'Asked in another tab'
  let turn = newTurn(question, resumed)
  const view = new TurnView(
    question,
    announce,
    asked === undefined ? undefined : () => void ask(asked),
  )
  const show = perFrame(() => followEnd(() => view.update(turn)))
  find('conversation').append(view.element)
  // At once, not with the next frame: a screen reader must hear of the question before the answer.
  view.update(turn)
  enter('answering', view)
  prices.follow(turn.symbols)
  await answer(turn, {
    signal,
    onChange: (changed) => {
      if (changed.symbols !== turn.symbols) prices.follow(changed.symbols)
      turn = changed
      show()
    },
    onResumable: (id) => noteAnswer({ id, question: asked }),
  })
  running = undefined
  forgetAnswer()
  enter('ready', view)
  // A refused question goes back into the field to be changed, unless the reader has begun another one.
  if (turn.problem?.canRetry === false && prompt.value === '') setPrompt(asked ?? '')
}

/** Resumes the answer that the address names, if any. */
function resume(): void {
  const noted = notedAnswer()
  if (noted !== undefined) void ask(noted.question, noted.id)
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
  if (question === '' || running !== undefined) return prompt.focus()
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
  if (key === 'Escape' && !isComposing) running?.abort()
})
find('stop').addEventListener('click', () => running?.abort())

for (const example of document.querySelectorAll('#examples button')) {
  example.addEventListener('click', () => void ask(example.textContent.trim()))
}

addEventListener('hashchange', resume)
resume()
