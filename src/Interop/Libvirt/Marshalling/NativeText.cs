using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Copies texts that libvirt returns. It allocates by malloc, and NativeMemory.Free is C's free.</summary>
internal static unsafe class NativeText
{
    /// <summary>Copies and frees a text that the caller owns.</summary>
    public static string Take(byte* owned) => TakeOptional(owned) ?? "";

    /// <summary>The same where libvirt may return no text.</summary>
    public static string? TakeOptional(byte* owned)
    {
        try
        {
            return CopyOptional(owned);
        }
        finally
        {
            NativeMemory.Free(owned);
        }
    }

    /// <summary>Copies a text that stays libvirt's.</summary>
    public static string Copy(byte* borrowed) => CopyOptional(borrowed) ?? "";

    /// <summary>The same where libvirt may return no text.</summary>
    public static string? CopyOptional(byte* borrowed) => Marshal.PtrToStringUTF8((nint)borrowed);

    /// <summary>Copies a text in a fixed array, which may be full and then has no closing zero.</summary>
    public static string CopyFixed(byte* text, int size)
    {
        var bytes = new ReadOnlySpan<byte>(text, size);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>Copies and frees an array of texts that libvirt allocated, and the texts.</summary>
    public static string[] TakeArray(byte** owned, int count)
    {
        try
        {
            return TakeItems(owned, count);
        }
        finally
        {
            NativeMemory.Free(owned);
        }
    }

    /// <summary>Copies and frees texts in an array of the caller's.</summary>
    public static string[] TakeItems(byte** items, int count)
    {
        string[] texts = new string[Math.Max(count, 0)];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = Take(items[i]);
        return texts;
    }

    /// <summary>Copies texts that stay libvirt's.</summary>
    public static string[] CopyItems(byte** items, int count)
    {
        string[] texts = new string[Math.Max(count, 0)];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = Copy(items[i]);
        return texts;
    }
}
