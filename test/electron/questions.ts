import type { ElectronApplication } from '@playwright/test'

/** A question that the program asked with a native dialog. */
export interface Question {
  readonly message: string
  readonly detail: string
  readonly title: string
  readonly buttons: readonly string[]
  /** Whether it lies over a window, which it then blocks. */
  readonly hasParent: boolean
  readonly hasIcon: boolean
}

/** From now on native questions are answered by the button with this label, and kept. */
export const answerQuestions = (app: ElectronApplication, label: string): Promise<void> =>
  app.evaluate(({ dialog }, answer) => {
    const asked: Question[] = []
    Reflect.set(globalThis, 'asked', asked)
    const show = async (...given: readonly unknown[]): Promise<Electron.MessageBoxReturnValue> => {
      const options = given.at(-1) as Electron.MessageBoxOptions
      const { message, detail = '', title = '', buttons = [], icon } = options
      asked.push({ message, detail, title, buttons, hasParent: given.length > 1, hasIcon: icon !== undefined })
      return { response: buttons.indexOf(answer), checkboxChecked: false }
    }
    dialog.showMessageBox = show
  }, label)

/** From now on these paths are chosen where the program lets the person choose some, and the questions are kept. */
export const answerChoosing = (app: ElectronApplication, paths: readonly string[]): Promise<void> =>
  app.evaluate(
    ({ dialog }, filePaths) => {
      const asked: Question[] = []
      Reflect.set(globalThis, 'asked', asked)
      dialog.showOpenDialog = async (...given: readonly unknown[]) => {
        const { title = '', message = '' } = given.at(-1) as Electron.OpenDialogOptions
        asked.push({ message, detail: '', title, buttons: [], hasParent: given.length > 1, hasIcon: false })
        return { canceled: filePaths.length === 0, filePaths }
      }
    },
    [...paths],
  )

export const questionsOf = (app: ElectronApplication): Promise<readonly Question[]> =>
  app.evaluate(() => Reflect.get(globalThis, 'asked') as readonly Question[])
