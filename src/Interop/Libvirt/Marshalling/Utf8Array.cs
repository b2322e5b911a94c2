using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A native array of UTF-8 strings.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe ref struct Utf8Array
{
    private readonly byte** _items;
    private readonly int _count;

    public Utf8Array(ReadOnlySpan<string> texts, [CallerArgumentExpression(nameof(texts))] string? name = null)
    {
        if (texts.IsEmpty)
            return;
        _count = texts.Length;
        _items = (byte**)NativeMemory.AllocZeroed((nuint)_count, (nuint)sizeof(byte*));
        try
        {
            for (int i = 0; i < _count; i++)
                _items[i] = Copy(texts[i], name);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Valid until disposed; null for an empty array, which libvirt reads as no array.</summary>
    public byte** Pointer => _items;

    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
            NativeMemory.Free(_items[i]);
        NativeMemory.Free(_items);
    }

    private static byte* Copy(string text, string? name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        if (text.Contains('\0'))
            throw new ArgumentException("a text for libvirt can not hold a zero character", name);
        int length = Encoding.UTF8.GetByteCount(text);
        byte* copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        copy[length] = 0;
        return copy;
    }
}
