using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A string as C reads it: UTF-8 with a closing zero, on the stack when it is short.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe ref struct Utf8Argument
{
    /// <summary>The stack space that callers lend: enough for names, paths and URIs.</summary>
    public const int StackSize = 256;

    private readonly byte* _allocated;

    /// <param name="text">The text.</param>
    /// <param name="stack">Stack memory that outlives this value.</param>
    /// <param name="name">Filled in by the compiler.</param>
    /// <exception cref="ArgumentException">The text holds a zero, where C would cut it off.</exception>
    public Utf8Argument(
        string text, Span<byte> stack, [CallerArgumentExpression(nameof(text))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        if (text.Contains('\0'))
            throw new ArgumentException("a text for libvirt can not hold a zero character", name);
        int length = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        if (length > stack.Length)
        {
            length = Encoding.UTF8.GetByteCount(text) + 1;
            _allocated = (byte*)NativeMemory.Alloc((nuint)length);
            stack = new Span<byte>(_allocated, length);
        }

        stack[Encoding.UTF8.GetBytes(text, stack)] = 0;
        Pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(stack));
    }

    /// <summary>Valid until disposed; null when there is no text.</summary>
    public byte* Pointer { get; }

    /// <summary>The same for an argument that may be absent.</summary>
    public static Utf8Argument Optional(string? text, Span<byte> stack) =>
        text is null ? default : new Utf8Argument(text, stack);

    public void Dispose() => NativeMemory.Free(_allocated);
}
