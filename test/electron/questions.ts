import type { ElectronApplication } from '@playwright/test'

/** A question that the program asked with a native dialog. */
export interface Question {
  readonly message: string
  readonly detail: string
  readonly title: string
  readonly buttons: readonly string[]
  /** Whether it lies over a window, which it then blocks. */
  readonly hasParent: boolean
}

/** From now on native questions are answered by the button with this label, and kept. */
export const answerQuestions = (app: ElectronApplication, label: string): Promise<void> =>
  app.evaluate(({ dialog }, answer) => {
    const asked: Question[] = []
    Reflect.set(globalThis, 'asked', asked)
    const show = async (...given: readonly unknown[]): Promise<Electron.MessageBoxReturnValue> => {
      const options = given.at(-1) as Electron.MessageBoxOptions
      const { message, detail = '', title = '', buttons = [] } = options
      asked.push({ message, detail, title, buttons, hasParent: given.length > 1 })
      return { response: buttons.indexOf(answer), checkboxChecked: false }
    }
    dialog.showMessageBox = show
  }, label)

export const questionsOf = (app: ElectronApplication): Promise<readonly Question[]> =>
  app.evaluate(() => Reflect.get(globalThis, 'asked') as readonly Question[])
