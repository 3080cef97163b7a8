;; Unpacks a block of LZ4: runs of bytes as they are ("literals"), each followed by a copy of what was written before.
;; https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
;;
;; `node benches/unpack.mjs`, the processor's time on Node.js 20 while all code is cold, for the module of orders: 3.6 ms to read a program
;; with the packed string (390 KB) and 3.0 to unpack it, once it is needed. The library fflate takes 15 and 80 ms for deflate, node:zlib 6.0
;; and 5.7 (343 and 339 KB, and there is none at the edge); without packing it is 5.6 and 1.2 (797 KB), at every start.
(module
  (memory (export "memory") 1)

  ;; The block is at 0. What it holds is written behind it, and up to eight bytes more.
  (func (export "unpack") (param $length i32)
    (local $from i32) (local $to i32) (local $token i32) (local $run i32) (local $distance i32)
    (local.set $to (local.get $length))
    (loop $sequence
      (local.set $token (i32.load8_u (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (local.set $run (i32.shr_u (local.get $token) (i32.const 4)))
      (if (i32.eq (local.get $run) (i32.const 15)) (then
        (call $number (local.get $from))
        (local.set $from)
        (local.set $run (i32.add (i32.const 15)))))
      (call $copy (local.get $to) (local.get $from) (local.get $run))
      (local.set $to (i32.add (local.get $to) (local.get $run)))
      (local.set $from (i32.add (local.get $from) (local.get $run)))
      ;; The last literals have no copy after them.
      (if (i32.lt_u (local.get $from) (local.get $length)) (then
        (local.set $distance (i32.load16_u (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 2)))
        (local.set $run (i32.and (local.get $token) (i32.const 15)))
        (if (i32.eq (local.get $run) (i32.const 15)) (then
          (call $number (local.get $from))
          (local.set $from)
          (local.set $run (i32.add (i32.const 15)))))
        (local.set $run (i32.add (local.get $run) (i32.const 4)))
        (call $copy (local.get $to) (i32.sub (local.get $to) (local.get $distance)) (local.get $run))
        (local.set $to (i32.add (local.get $to) (local.get $run)))
        (br $sequence)))))

  ;; What is to be added to a number of four bits that are all set: bytes, up to the first that is not 255. Returned with
  ;; where they end.
  (func $number (param $from i32) (result i32 i32)
    (local $number i32) (local $byte i32)
    (loop $more
      (local.set $byte (i32.load8_u (local.get $from)))
      (local.set $number (i32.add (local.get $number) (local.get $byte)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $more (i32.eq (local.get $byte) (i32.const 255))))
    (local.get $number)
    (local.get $from))

  ;; By eight bytes where what is written is not read again at once. Writes up to eight bytes too many.
  (func $copy (param $to i32) (param $from i32) (param $length i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (local.get $length)))
    (if (i32.ge_u (i32.sub (local.get $to) (local.get $from)) (i32.const 8))
      (then
        (loop $eight
          (i64.store align=1 (local.get $to) (i64.load align=1 (local.get $from)))
          (local.set $to (i32.add (local.get $to) (i32.const 8)))
          (local.set $from (i32.add (local.get $from) (i32.const 8)))
          (br_if $eight (i32.lt_u (local.get $to) (local.get $end)))))
      (else
        (loop $one
          (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          (br_if $one (i32.lt_u (local.get $to) (local.get $end))))))))
