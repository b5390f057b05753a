/** A command is not carried out as things stand: one sentence for whoever gave it. Nothing was changed. */
export class Refused extends Error {
  override readonly name: string = 'Refused'
}
