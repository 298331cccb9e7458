// The page as a function of what is known: describe elements, and let what is there become them. What stays the same is not
// touched, so that focus, selection and a reader's place survive each second. Text is text: nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";
const SVG_NAMES = new Set(["svg", "g", "path", "line", "rect", "circle", "text", "title", "desc"]);

/** Describes an element. Attributes that are null or false are left out; those that are functions are listeners. */
export function h(name, attributes, ...children) {
  return { name, attributes: attributes ?? {}, children: children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false) };
}

/** Lets an element have these children, and no others. */
export function show(parent, ...children) {
  reconcile(parent, h("", null, children).children);
}

function reconcile(parent, wanted) {
  const keyed = new Map();
  for (const node of parent.childNodes) {
    if (node.understudyKey !== undefined) keyed.set(node.understudyKey, node);
  }
  wanted.forEach((child, index) => {
    const there = parent.childNodes[index];
    const key = typeof child === "object" ? child.attributes.key : undefined;
    const known = key === undefined ? there : keyed.get(key);
    if (known && known.understudyKey === key && fits(known, child)) {
      if (known !== there) parent.insertBefore(known, there ?? null);
      become(known, child);
    } else {
      parent.insertBefore(create(child), there ?? null);
    }
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
}

function fits(node, wanted) {
  return typeof wanted === "object" ? node.nodeType === 1 && node.localName === wanted.name : node.nodeType === 3;
}

function create(wanted) {
  if (typeof wanted !== "object") return document.createTextNode(String(wanted));
  const element = SVG_NAMES.has(wanted.name)
    ? document.createElementNS(SVG, wanted.name)
    : document.createElement(wanted.name);
  element.understudyKey = wanted.attributes.key;
  become(element, wanted);
  return element;
}

function become(node, wanted) {
  if (typeof wanted !== "object") {
    if (node.data !== String(wanted)) node.data = String(wanted);
    return;
  }
  const attributes = wanted.attributes;
  for (const name of node.getAttributeNames()) {
    if (attributes[name] === undefined || attributes[name] === null || attributes[name] === false) {
      node.removeAttribute(name);
    }
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "key" || value === null || value === undefined || value === false) continue;
    if (typeof value === "function") {
      node[name] = value;
    } else {
      const text = value === true ? "" : String(value);
      if (node.getAttribute(name) !== text) node.setAttribute(name, text);
    }
  }
  // What a person has typed or chosen stays; an element that shows its own children says so.
  if (!("own" in attributes)) reconcile(node, wanted.children);
}

/** The element with an id, which the page always has. */
export function byId(id) {
  return document.getElementById(id);
}
