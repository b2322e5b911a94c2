using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Abi;

/// <summary>Checks a C++ file with the host's compiler.</summary>
internal static class Compiler
{
    /// <summary>The compiler's complaints; empty when the file is good. Skips where there is no compiler.</summary>
    public static async Task<string> CheckAsync(string program, string? includes, CancellationToken cancellation)
    {
        string[] search = includes is null ? [] : ["-I", includes];
        var start = new ProcessStartInfo("g++", ["-x", "c++", "-std=c++17", "-fsyntax-only", "-w", .. search, "-"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using Process compiler = Start(start);
        Task<string> complaints = compiler.StandardError.ReadToEndAsync(cancellation);
        await compiler.StandardInput.WriteAsync(program.AsMemory(), cancellation);
        compiler.StandardInput.Close();
        await compiler.WaitForExitAsync(cancellation);
        string text = await complaints;
        Assert.Equal(text.Length == 0, compiler.ExitCode == 0);
        return text;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("g++ is not installed");
            throw;
        }
    }
}
