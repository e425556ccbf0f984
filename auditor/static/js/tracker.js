// Loads what the page needs. Every page works without any of it.

const needed = [
  ["form[data-autosave-url], fieldset[data-autosave-url]", "./autosave.js"],
  ["form[data-kept-as], [data-taken]", "./keep-here.js"],
  ["[data-inspection]", "./inspection.js"],
  ["[data-checklist]", "./checklist.js"],
  ["[data-presence-url]", "./presence.js"],
  ['meta[name="draft-owner"]', "./kept.js"],
  ["input[data-search-url], select:has(option:nth-child(21))", "./search-picker.js"],
  ["form[data-leave-guard]", "./leave-guard.js"],
  ["form[data-filters]", "./filters.js"],
  ["[data-copy]", "./copy.js"],
  ["[data-progress-url]", "./progress.js"],
  ["[data-menu], .side, [data-focus], [data-print], [data-show-password]", "./page.js"],
];

const version = new URL(import.meta.url).search;
const here = needed.filter(([selector]) => document.querySelector(selector));
await Promise.all(here.map(([, module]) => import(module + version))); // who imports this knows when all is in use
