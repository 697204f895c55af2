import { createAnnouncer } from './announcer.ts'
import { answer } from './answer.ts'
import { followEnd, scrollToEnd } from './follow-end.ts'
import { forgetAnswer, keepAnswer, keptAnswer } from './kept-answer.ts'
import { perFrame } from './per-frame.ts'
import { newTurn } from './turn.ts'
import { TurnView } from './turn-view.ts'

const form = find<HTMLFormElement>('composer')
const prompt = find<HTMLTextAreaElement>('prompt')
const length = find('length')
/** Characters; `maxPromptLength` of the server. */
const longestQuestion = 10_000
const announce = createAnnouncer(find('announcements'))
/** Aborted, it stops the answer that is being written. */
let running: AbortController | undefined

/**
 * @param asked undefined where another tab asked it
 * @param resumed the id of a stream: its answer is taken up again in place of a new one
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
  // Not with the next frame: an answer may come before it, and what comes first is told first.
  view.update(turn)
  enter('answering', view)
  await answer(turn, {
    signal,
    onChange: (changed) => {
      turn = changed
      show()
    },
    onKept: (id) => keepAnswer({ id, question: asked }),
  })
  running = undefined
  forgetAnswer()
  enter('ready', view)
  // What was refused is there to be changed, unless the next question is being written.
  if (turn.problem?.canRetry === false && prompt.value === '') setPrompt(asked ?? '')
}

/** Goes on with the answer that the address names, if any. */
function resume(): void {
  const kept = keptAnswer()
  if (kept !== undefined) void ask(kept.question, kept.id)
}

/** What there is to press changes with the state, which the style sheet knows. */
function enter(state: 'answering' | 'ready', view: TurnView): void {
  document.body.dataset['state'] = state
  // A button that is gone leaves its focus to the answer it was about.
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

/** Says how long a question may be to those who come near it. */
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
  // The keyboard of a phone goes with the focus, and makes room for the answer.
  if (matchMedia('(hover: none)').matches) prompt.blur()
  void ask(question)
})

prompt.addEventListener('keydown', (event) => {
  // Enter also accepts what an input method proposes.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  // Safari says of the Enter that ends a composition that it is none.
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
