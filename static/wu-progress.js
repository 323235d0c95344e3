export class WuProgress extends HTMLElement {
  static define(tag = "wu-progress", registry = customElements) {
    registry.define(tag, this);
  }
}
