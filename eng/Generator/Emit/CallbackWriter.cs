using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Emit;

/// <summary>Each callback typedef as a struct of one pointer, so that no callback can pass for another's.</summary>
internal sealed class CallbackWriter(BlittableTypes types)
{
    public IEnumerable<GeneratedFile> Write(Target target)
    {
        CodeWriter code = target.Begin();
        foreach (CallbackSymbol callback in target.Library.Callbacks)
        {
            string name = Naming.PublicType(callback.Name);
            string pointer = types.Of(callback);
            string arguments = string.Join(", ", callback.Parameters.Select(p => p.Name));
            code.Line();
            code.Summary($"A <c>{callback.Name}</c>, called with ({arguments}). Since libvirt {callback.Since}.");
            code.Symbol(callback.Name, callback.Since);
            using (code.Braces($"internal readonly unsafe struct {name}({pointer} function)"))
            {
                code.Line($"public {pointer} Function {{ get; }} = function;");
                code.Line();
                code.Line("/// <summary>The same function where C casts it to another callback type.</summary>");
                code.Line("public nint Address => (nint)Function;");
            }
        }

        yield return target.File("Callbacks", code);
    }
}
