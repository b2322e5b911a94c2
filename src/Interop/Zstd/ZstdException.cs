using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Zstd;

/// <summary>zstd refused its input: corrupt data, a target that is too small, or another size than promised.</summary>
public sealed class ZstdException : IOException
{
    internal ZstdException(string function, int code, string message)
        : base(message)
    {
        Function = function;
        Code = code;
    }

    /// <summary>The function of libzstd that failed.</summary>
    public string Function { get; }

    /// <summary>libzstd's error code (ZSTD_ErrorCode of zstd_errors.h); 0 when this library found the fault.</summary>
    public int Code { get; }

    /// <summary>Throws when a result of libzstd is an error.</summary>
    internal static unsafe int ThrowIfError(nuint result, string function)
    {
        if (ZstdNative.ZSTD_isError(result) == 0)
            return checked((int)result);

        // An error is the negated code (zstd_errors.h); ZSTD_getErrorCode does the same and needs no call.
        string text = Marshal.PtrToStringUTF8((nint)ZstdNative.ZSTD_getErrorName(result)) ?? "unknown error";
        throw new ZstdException(function, (int)(0 - (long)result), $"{function} failed: {text}");
    }
}
