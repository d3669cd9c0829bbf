// Small pictures. All are decoration: words stand beside them, or a label.
const Line = ({ d, size = 16, children }) => (
  <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round">
    {d && <path d={d} />}{children}
  </svg>
);

export const Eye = () => <Line size={14} d="M1.5 10C3.6 6.2 6.6 4.4 10 4.4S16.4 6.2 18.5 10C16.4 13.8 13.4 15.6 10 15.6S3.6 13.8 1.5 10Z"><circle cx="10" cy="10" r="2.6" /></Line>;
export const Cross = () => <Line d="M5 5l10 10M15 5L5 15" />;
export const Menu = () => <Line size={20} d="M3 5.5h14M3 10h14M3 14.5h14" />;
export const Home = () => <Line d="M3 9.5L10 3.5l7 6M5 8.5V16.5h10V8.5" />;
export const Scales = () => <Line d="M10 3v14M6 17h8M4 6h12M4 6l-2 5.5a2.4 2.4 0 0 0 4 0zM16 6l-2 5.5a2.4 2.4 0 0 0 4 0z" />;
export const Send = () => <Line d="M3 10h13M11 4.5L16.5 10 11 15.5" />;
export const Dots = () => <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" fill="currentColor"><circle cx="4" cy="10" r="1.7" /><circle cx="10" cy="10" r="1.7" /><circle cx="16" cy="10" r="1.7" /></svg>;
export const Down = () => <Line size={12} d="M5 8l5 5 5-5" />;
export const Sun = () => <Line d="M10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M4.7 15.3l1-1M14.3 5.7l1-1"><circle cx="10" cy="10" r="3.4" /></Line>;
export const Moon = () => <Line d="M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z" />;
export const Sliders = () => <Line size={18} d="M3 6h8M15 6h2M3 14h2M9 14h8"><circle cx="13" cy="6" r="2" /><circle cx="7" cy="14" r="2" /></Line>;
export const Bubble = () => <Line size={14} d="M3 4.5h14v9H9.5L6 16.5v-3H3z" />;

export const Bot = ({ size = 36 }) => (
  <svg className="face" viewBox="0 0 36 36" width={size} height={size} aria-hidden="true">
    <rect width="36" height="36" rx="8" fill="#1d2b3a" />
    <path d="M5.5 18C8.6 12.4 13 9.6 18 9.6S27.4 12.4 30.5 18C27.4 23.6 23 26.4 18 26.4S8.6 23.6 5.5 18Z" fill="none" stroke="#fff" strokeWidth="2.2" />
    <circle cx="18" cy="18" r="5.6" fill="#f2a33a" />
    <path d="M15.2 18.6l2 2 3.8-4.4" fill="none" stroke="#1d2b3a" strokeWidth="1.9" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
);

export const Person = ({ name, size = 36 }) => (
  <svg className="face" viewBox="0 0 36 36" width={size} height={size} aria-hidden="true">
    <rect width="36" height="36" rx="8" fill="#3a6ea5" />
    <text x="18" y="24" textAnchor="middle" fontSize="17" fontWeight="700" fill="#fff">{(name ?? "?").slice(0, 1).toUpperCase()}</text>
  </svg>
);
