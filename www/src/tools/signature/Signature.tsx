export default function Signature() {
  return null;
}
