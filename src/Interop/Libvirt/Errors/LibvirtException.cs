using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A libvirt call failed. Decide by <see cref="Code"/> and <see cref="Domain"/>: the message is libvirt's own text
/// and may be translated.
/// </summary>
public class LibvirtException : Exception
{
    /// <summary>Creates the exception from an error's parts.</summary>
    /// <param name="function">The C function that failed.</param>
    /// <param name="code">What went wrong.</param>
    /// <param name="domain">The part of libvirt that reported it.</param>
    /// <param name="message">libvirt's text, unchanged.</param>
    /// <param name="inner">What led to it, or null.</param>
    public LibvirtException(
        string function, VirErrorNumber code, VirErrorDomain domain, string message, Exception? inner = null)
        : base(message, inner)
    {
        Function = function;
        Code = code;
        Domain = domain;
    }

    /// <summary>What went wrong. A code newer than these bindings is passed through as its number.</summary>
    public VirErrorNumber Code { get; }

    /// <summary>The part of libvirt that reported the error, such as the QEMU driver.</summary>
    public VirErrorDomain Domain { get; }

    /// <summary>How severe libvirt says it is; an error unless it is a warning.</summary>
    public VirErrorLevel Level { get; init; } = VirErrorLevel.Error;

    /// <summary>The C function that failed, such as <c>virDomainBackupBegin</c>.</summary>
    public string Function { get; }

    /// <summary>First detail; usually the message's untranslated format. Null when libvirt gave none.</summary>
    public string? Str1 { get; init; }

    /// <summary>Second detail; usually what the format was filled with. Null when libvirt gave none.</summary>
    public string? Str2 { get; init; }

    /// <summary>Third detail. Null when libvirt gave none.</summary>
    public string? Str3 { get; init; }

    /// <summary>First number; the errno for a system error. libvirt uses -1 or 0 for none.</summary>
    public int Int1 { get; init; }

    /// <summary>Second number. libvirt uses -1 or 0 for none.</summary>
    public int Int2 { get; init; }

    /// <summary>
    /// Whether the last call on this thread left an error; for functions whose failing value is a good one too.
    /// </summary>
    internal static unsafe bool IsPending => LibvirtNative.virGetLastError() is not null;

    /// <summary>
    /// Copies this thread's last error. Must be the first thing after the failed call, on the same thread: every
    /// further libvirt call, even a Free, resets the error.
    /// </summary>
    internal static unsafe LibvirtException Last(string function)
    {
        virError* error = LibvirtNative.virGetLastError();
        if (error is null)
        {
            return new LibvirtException(
                function, VirErrorNumber.Ok, VirErrorDomain.None, $"{function} failed and libvirt left no error");
        }

        string message = Text(error->message) ?? $"{function} failed with libvirt error {error->code}";
        return new LibvirtException(function, (VirErrorNumber)error->code, (VirErrorDomain)error->domain, message)
        {
            Level = error->level,
            Str1 = Text(error->str1),
            Str2 = Text(error->str2),
            Str3 = Text(error->str3),
            Int1 = error->int1,
            Int2 = error->int2,
        };
    }

    private static unsafe string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}
