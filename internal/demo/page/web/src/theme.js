// Light or dark: the system's choice until the reader makes one.
import { useEffect, useState } from "react";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const kept = () => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // a browser that keeps nothing
  }
};

const small = window.matchMedia("(max-width: 720px)");

// useNarrow holds where only one column has room.
export function useNarrow() {
  const [narrow, setNarrow] = useState(small.matches);
  useEffect(() => {
    const tell = () => setNarrow(small.matches);
    small.addEventListener("change", tell);
    return () => small.removeEventListener("change", tell);
  }, []);
  return narrow;
}

document.documentElement.dataset.theme = kept() ?? (dark.matches ? "dark" : "light"); // before the first drawing

export function useTheme() {
  const [chosen, setChosen] = useState(kept);
  const [system, setSystem] = useState(dark.matches ? "dark" : "light");
  useEffect(() => {
    const tell = () => setSystem(dark.matches ? "dark" : "light");
    dark.addEventListener("change", tell);
    return () => dark.removeEventListener("change", tell);
  }, []);
  const theme = chosen ?? system;
  useEffect(() => { document.documentElement.dataset.theme = theme; }, [theme]);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    setChosen(next);
    try {
      localStorage.setItem("theme", next);
    } catch {
      // it lasts as long as the page
    }
  };
  return [theme, toggle];
}
