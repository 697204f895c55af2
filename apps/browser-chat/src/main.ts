import { createAnnouncer } from './announcer.ts'
import { answer } from './answer.ts'
import { followEnd, scrollToEnd } from './follow-end.ts'
import { perFrame } from './per-frame.ts'
import { newTurn } from './turn.ts'
import { TurnView } from './turn-view.ts'

const form = find<HTMLFormElement>('composer')
const prompt = find<HTMLTextAreaElement>('prompt')
const announce = createAnnouncer(find('announcements'))
/** Aborted, it stops the answer that is being written. */
let running: AbortController | undefined

async function ask(question: string): Promise<void> {
  if (running !== undefined) return
  const { signal } = (running = new AbortController())
  let turn = newTurn(question)
  const view = new TurnView(question, announce, () => void ask(question))
  const show = perFrame(() => followEnd(() => view.update(turn)))
  find('conversation').append(view.element)
  enter('answering', view)
  await answer(question, signal, (changed) => {
    turn = changed
    show()
  })
  running = undefined
  enter('ready', view)
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

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const question = prompt.value.trim()
  if (question === '' || running !== undefined) return prompt.focus()
  prompt.value = ''
  // The keyboard of a phone goes with the focus, and makes room for the answer.
  if (matchMedia('(hover: none)').matches) prompt.blur()
  void ask(question)
})

prompt.addEventListener('keydown', (event) => {
  // Enter also accepts what an input method proposes.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
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
